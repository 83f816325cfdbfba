/**
 * A document that says why there is none, and takes a token: for the page to show in place of the one that it was refused.
 * `text` is the body of the refusal, mostly the JSON of an error.
 */
export function documentOfRefusal(status, text) {
  const { code = '', message = text, hint } = errorIn(text)
  const answer = `The server answers ${status} ${code}: ${message}`
  const advice = status === 401 ? 'Give a token under “Authorize”.' : hint
  return {
    openapi: '3.1.0',
    info: {
      title: 'No document',
      description: [answer, advice].filter(Boolean).join('\n\n'),
      version: '',
    },
    paths: {},
    components: {
      securitySchemes: { jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
    security: [{ jwt: [] }],
  }
}

function errorIn(text) {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
