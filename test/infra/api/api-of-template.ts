import { shown, type Template, type TemplateResource } from '../template.ts';

/** Logical ids of all REST APIs. */
export const apiIds = (template: Template): string[] =>
  template.ofType('AWS::ApiGateway::RestApi').map(([logicalId]) => logicalId);

/** Logical id of the API whose construct has this name. */
export const apiOf = (template: Template, name: string): string => {
  const [found, ...others] = apiIds(template).filter((logicalId) => logicalId.startsWith(`Gatehouse${name}`));
  if (!found || others.length > 0) throw new Error(`expected one API ${name}`);
  return found;
};

/** `METHOD /path` → method, of one API. */
export const methodsOf = (template: Template, name: string): Record<string, TemplateResource> => {
  const api = apiOf(template, name);
  return Object.fromEntries(
    template
      .ofType('AWS::ApiGateway::Method')
      .filter(([, { Properties }]) => Properties.RestApiId.Ref === api)
      .map(([, method]) => [
        `${method.Properties.HttpMethod} ${pathOf(template, method.Properties.ResourceId)}`,
        method,
      ]),
  );
};

/** Response type → gateway response, of one API. */
export const gatewayResponsesOf = (
  template: Template,
  name: string,
): Record<string, TemplateResource['Properties']> => {
  const api = apiOf(template, name);
  return Object.fromEntries(
    template
      .ofType('AWS::ApiGateway::GatewayResponse')
      .filter(([, { Properties }]) => Properties.RestApiId.Ref === api)
      .map(([, { Properties }]) => [Properties.ResponseType, Properties]),
  );
};

/** The stage of the API with this logical id. */
export const stageOf = (template: Template, apiId: string): TemplateResource => {
  const found = template
    .ofType('AWS::ApiGateway::Stage')
    .find(([, { Properties }]) => Properties.RestApiId.Ref === apiId);
  if (!found) throw new Error(`${apiId} has no stage`);
  return found[1];
};

const pathOf = (template: Template, resource: unknown): string => {
  const text = shown(resource);
  if (text.endsWith('.RootResourceId>')) return '';
  const found = template.resources[text.slice(1, -1)];
  return `${pathOf(template, found?.Properties.ParentId)}/${found?.Properties.PathPart}`;
};
