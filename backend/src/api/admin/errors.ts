import { STierError } from '../../base/index.ts'

/** The option that has the token which is asked for. */
export type TokenOption = 'http.adminToken' | 'chaos.token'

const TOKENS: Readonly<Record<TokenOption, string>> = Object.freeze({
  'http.adminToken': 'the admin token',
  'chaos.token': 'the token of chaos',
})

/** What operators read or do is asked for without its token, or with another one. */
export class AdminTokenError extends STierError {
  readonly code = 'ST301'
  readonly status = 401

  constructor(isMissing: boolean, option: TokenOption) {
    const token = TOKENS[option]
    super(isMissing ? `This needs ${token}` : `This is not ${token}`, {
      hint: `Send ${option} as Authorization: Bearer ….`,
      headers: { 'www-authenticate': isMissing ? 'Bearer' : 'Bearer error="invalid_token"' },
    })
  }
}

/** What was sent is no experiment. */
export class ExperimentError extends STierError {
  readonly code = 'ST515'
  readonly status = 400

  constructor(message: string, hint: string) {
    super(message, { hint })
  }
}

/** An experiment that is not running was to be ended. */
export class UnknownExperimentError extends STierError {
  readonly code = 'ST516'
  readonly status = 404

  constructor(id: string) {
    super(`There is no experiment '${id}'`, {
      hint: 'It has ended, or never began: GET /chaos lists those that are running.',
    })
  }
}

/** Something was to be undone that is not in force. */
export class UnknownMeasureError extends STierError {
  readonly code = 'ST435'
  readonly status = 404

  constructor(id: string) {
    super(`There is no ban '${id}'`, {
      hint: 'It has ended, or never began: GET /security/bans lists those in force.',
    })
  }
}

/** What was sent does not say who is to be refused. */
export class BanOrderError extends STierError {
  readonly code = 'ST436'
  readonly status = 400

  constructor(message: string, hint: string) {
    super(message, { hint })
  }
}
