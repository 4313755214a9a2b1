import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { Functions } from '../lambda/functions.ts';
import { type ResolvedTemplate, type Resource, stackIdOf } from '../resolved-template.ts';
import { closeServer, listenOnLoopback, readBody } from './aws-json-server.ts';
import type { StateFile } from './state-file.ts';

interface DeployedResource {
  readonly physicalResourceId: string;
  readonly properties: Properties;
}

/** State after the last successful event, by logical id. */
export type CustomResourcesState = Record<string, DeployedResource>;

type Properties = Readonly<Record<string, unknown>>;

interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

/** CloudFormation's limit for a response. */
const MAX_ANSWER_BYTES = 4096;
/** How long a response may take to arrive after the function has ended. */
const LATE_ANSWER_MS = 2_000;

/**
 * Runs the template's custom resources one after the other, as CloudFormation does during a deployment: Create the first
 * time, Update when the properties have changed (or with `options.always`), nothing otherwise.
 * @throws Error with the logical id and the function's reason when a resource fails or does not answer
 */
export const runCustomResources = async (
  template: ResolvedTemplate,
  functions: Functions,
  state: StateFile<CustomResourcesState>,
  options: { always?: boolean; onStep?: (text: string) => void } = {},
): Promise<void> => {
  for (const resource of template.resources.filter(isCustomResource)) {
    const { logicalId } = resource;
    const properties = stringified(resource.properties) as Properties;
    const old = Object.hasOwn(state.value, logicalId) ? state.value[logicalId] : undefined;
    if (old && !options.always && isDeepStrictEqual(old.properties, properties)) continue;
    options.onStep?.(`${old ? 'Updating' : 'Creating'} ${logicalId} (${resource.type})…`);
    const answer = await deploy(resource, properties, old, functions, stackIdOf(template.stackName));
    if (answer.Status !== 'SUCCESS') {
      throw new Error(`${logicalId} (${resource.type}) failed: ${answer.Reason ?? 'its function gave no reason'}`);
    }
    state.value[logicalId] = { physicalResourceId: answer.PhysicalResourceId ?? '', properties };
    await state.save();
  }
};

const isCustomResource = ({ type }: Resource): boolean =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';

const deploy = async (
  { logicalId, type }: Resource,
  properties: Properties,
  old: DeployedResource | undefined,
  functions: Functions,
  stackId: string,
): Promise<Answer> => {
  const receiver = await receiveAnswer(`${logicalId} (${type})`);
  try {
    const event = {
      RequestType: old ? 'Update' : 'Create',
      ServiceToken: properties.ServiceToken,
      ResponseURL: receiver.url,
      StackId: stackId,
      RequestId: randomUUID(),
      ResourceType: type,
      LogicalResourceId: logicalId,
      ResourceProperties: properties,
      ...(old ? { PhysicalResourceId: old.physicalResourceId, OldResourceProperties: old.properties } : {}),
    };
    const invoked = functions
      .invoke(String(properties.ServiceToken), event)
      .then((outcome) => (outcome.ok ? 'its function ended' : `its function failed (${outcome.errorMessage})`));
    const answer = await Promise.race([receiver.answer, invoked.then((outcome) => silence(outcome, receiver.answer))]);
    if (typeof answer === 'string') throw new Error(`${logicalId} (${type}): ${answer}`);
    const wrong = (['StackId', 'RequestId', 'LogicalResourceId'] as const).find((key) => answer[key] !== event[key]);
    if (wrong) throw new Error(`${logicalId} (${type}): the answer must repeat the event's ${wrong}`);
    if (answer.Status === 'SUCCESS' && !answer.PhysicalResourceId) {
      throw new Error(`${logicalId} (${type}): a SUCCESS must name a PhysicalResourceId`);
    }
    return answer;
  } finally {
    await receiver.close();
  }
};

/** CloudFormation would wait for an hour. Here a response must arrive soon after the function has ended. */
const silence = async (outcome: string, answer: Promise<Answer | string>): Promise<Answer | string> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`${outcome} without an answer to ResponseURL`), LATE_ANSWER_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Replaces the presigned URL: accepts one PUT at an unguessable path. */
const receiveAnswer = async (what: string) => {
  const path = `/${randomUUID()}`;
  let resolveAnswer: (answer: Answer | string) => void = () => {};
  const answer = new Promise<Answer | string>((resolve) => {
    resolveAnswer = resolve;
  });
  const server = createServer((request, response) => {
    if (request.method !== 'PUT' || request.url !== path) {
      response.writeHead(403).end();
      return;
    }
    parseAnswer(request).then(
      (parsed) => response.writeHead(200).end(() => resolveAnswer(parsed)),
      (error: Error) =>
        response.writeHead(400).end(() => resolveAnswer(`${what} answered ResponseURL badly: ${error.message}`)),
    );
  });
  const url = `${await listenOnLoopback(server)}${path}`;
  return { url, answer, close: () => closeServer(server) };
};

const parseAnswer = async (request: IncomingMessage): Promise<Answer> => {
  const text = (await readBody(request, MAX_ANSWER_BYTES)).toString('utf8');
  const answer = JSON.parse(text) as Answer;
  if (answer?.Status === 'SUCCESS' || answer?.Status === 'FAILED') return answer;
  throw new Error('Status must be SUCCESS or FAILED');
};

/** CloudFormation passes every scalar as a string. */
const stringified = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(stringified);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, stringified(inner)]));
  }
  return String(value);
};
