// The page of `/docs`: Swagger UI on the document of this server, with the dialect's clients beside curl.
import { documentOfRefusal } from './refusal.js'
import { resolved } from './resolve.js'
import { fetchCall, supabaseJs } from './snippets.js'

const DOCUMENT = 'openapi.json'
/** Swagger UI, once it is made: it asks for the document while that happens. */
let ui
/** `/docs?schema=reporting` shows a schema that is not the default one. */
const schema = new URLSearchParams(location.search).get('schema')

/** The document is that of the caller's role: with another token it is another one. */
const documentFollowsToken = {
  statePlugins: {
    auth: {
      wrapActions: {
        authorize: (authorize, system) => payload => afterwards(authorize(payload), system),
        logout: (logout, system) => payload => afterwards(logout(payload), system),
      },
    },
  },
}

function afterwards(result, system) {
  system.specActions.download(system.specSelectors.url())
  return result
}

/**
 * Swagger UI reads the whole document again for each part that it resolves, which takes it seconds for some hundred
 * tables. All that is referred to here is in the document itself, so looking it up is enough.
 */
const quickReferences = {
  statePlugins: {
    spec: {
      wrapActions: {
        requestResolvedSubtree: (_, system) => path => {
          const at = names => system.specSelectors.specJson().getIn(names)?.toJS()
          return system.specActions.updateResolvedSubtree(path, resolved(at(path), at))
        },
      },
    },
  },
}

/** What is shown below a request that was tried. */
const snippets = {
  fn: {
    requestSnippetGenerator_supabaseJs: request => supabaseJs(plain(request)),
    requestSnippetGenerator_fetch: request => fetchCall(plain(request)),
  },
}

/** Swagger UI's own request as one of ours. */
function plain(request) {
  const headers = Object.fromEntries(request.get('headers') ?? [])
  const body = request.get('body')
  return {
    method: request.get('method'),
    url: new URL(request.get('url'), location.href).href,
    headers,
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  }
}

/** The token of the box "Authorize". */
function token() {
  return ui?.getSystem().authSelectors.authorized()?.getIn(['jwt', 'value'])
}

/** Swagger UI signs what is tried by itself, but not its own question for the document. */
function sign(request) {
  if (!request.loadSpec) return request
  const value = token()
  if (value) request.headers['Authorization'] = `Bearer ${value}`
  if (schema !== null) request.headers['Accept-Profile'] = schema
  return request
}

/** Without a document there would be no box for the token that is missing. */
function explain(response) {
  const isDocument = new URL(response.url).pathname === new URL(DOCUMENT, location.href).pathname
  if (response.ok || !isDocument) return response
  const text = JSON.stringify(documentOfRefusal(response.status, response.text))
  return { ...response, ok: true, status: 200, text }
}

/** As the system has it, also when that changes. */
const darkness = matchMedia('(prefers-color-scheme: dark)')
const showDarkness = () => document.documentElement.classList.toggle('dark-mode', darkness.matches)
darkness.addEventListener('change', showDarkness)
showDarkness()

ui = globalThis.SwaggerUIBundle({
  url: DOCUMENT,
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 2,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  requestInterceptor: sign,
  responseInterceptor: explain,
  requestSnippetsEnabled: true,
  requestSnippets: {
    defaultExpanded: true,
    languages: ['curl_bash', 'supabaseJs', 'fetch'],
    generators: {
      curl_bash: { title: 'curl', syntax: 'bash' }, // Swagger UI's own.
      supabaseJs: { title: 'supabase-js', syntax: 'javascript' },
      fetch: { title: 'fetch', syntax: 'javascript' },
    },
  },
  plugins: [documentFollowsToken, quickReferences, snippets],
})
