/**
 * The subset of the mapping template language (VTL) that a MOCK integration's response may use here: text, and `#set` of
 * a response header from a request header.
 */

const SET_HEADER =
  /^\s*#set\(\s*\$context\.responseOverride\.header\.(?<name>[\w-]+)\s*=\s*(?:\$input\.params\(\s*['"](?<parameter>[\w-]+)['"]\s*\)|"(?<text>[^"$]*)"|'(?<literal>[^']*)')\s*\)\s*$/;

export interface RenderedTemplate {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** @throws Error for an unsupported directive or reference */
export const assertResponseTemplate = (template: string): void => {
  renderResponseTemplate(template, () => '');
};

/** @param parameter looks up `$input.params(name)`; returns an empty string when it is missing, as in VTL */
export const renderResponseTemplate = (template: string, parameter: (name: string) => string): RenderedTemplate => {
  const headers: [string, string][] = [];
  const lines: string[] = [];
  for (const line of template.split('\n')) {
    const set = SET_HEADER.exec(line)?.groups;
    if (set?.name) headers.push([set.name, set.parameter ? parameter(set.parameter) : (set.text ?? set.literal ?? '')]);
    else if (/[#$]/.test(line)) throw new Error(`its response template has "${line.trim()}", which is not run here`);
    else lines.push(line);
  }
  return { headers, body: lines.join('\n').trim() };
};
