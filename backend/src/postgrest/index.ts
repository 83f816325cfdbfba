// PostgREST's own configuration: the names of its parameters, how it writes their values, and its configuration file.
export { type ParameterFile, parseParameterFile } from './file.ts'
export {
  isAppSetting,
  type Parameter,
  PARAMETERS,
  parameterFor,
  parameterNamed,
  settingOf,
  variableOfParameter,
} from './parameters.ts'
export { SETTINGS, settingParameters } from './settings.ts'
export { type ParameterSource, type ParameterValue, parameterValue } from './values.ts'
export { type VariableParameters, variableParameters } from './variables.ts'
