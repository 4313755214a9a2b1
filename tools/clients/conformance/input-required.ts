import {
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequest,
  inputRequired,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { type Registry, text } from './content.ts';

// Tools and a prompt that need input from the client (SEP-2322). Each is called again with the client's responses.

type Codec = RequestStateCodec<unknown>;

const elicit = (message: string, property: string, type = 'string'): InputRequest => {
  const requestedSchema = { type: 'object', properties: { [property]: { type } }, required: [property] };
  return inputRequired.elicit({ message, requestedSchema: requestedSchema as never });
};
const sample = (question: string): InputRequest =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: question } }],
    maxTokens: 100,
  });

const NAME = { user_name: elicit('What is your name?', 'name') };
const CONFIRM = { confirm: elicit('Please confirm', 'ok', 'boolean') };

/** One round each: the requests, and whether the server adds state. */
const TOOLS: Readonly<Record<string, { requests: Record<string, InputRequest>; hasState?: boolean }>> = {
  elicitation: { requests: NAME },
  sampling: { requests: { capital_question: sample('What is the capital of France?') } },
  list_roots: { requests: { client_roots: inputRequired.listRoots() } },
  request_state: { requests: CONFIRM, hasState: true },
  tampered_state: { requests: CONFIRM, hasState: true },
  multiple_inputs: {
    requests: { ...NAME, greeting: sample('Generate a greeting'), client_roots: inputRequired.listRoots() },
    hasState: true,
  },
};

const CAPABILITIES: Readonly<Record<string, InputRequest>> = {
  elicitation: elicit('What is your name?', 'name'),
  sampling: sample('Generate a greeting'),
};

const responsesOf = ({ mcpReq }: ServerContext): Readonly<Record<string, unknown>> => mcpReq.inputResponses ?? {};

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

export const registerInputRequired = (server: Registry, codec: Codec): void => {
  for (const [name, { requests, hasState }] of Object.entries(TOOLS)) {
    const config = { description: `Needs input: ${name}` };
    server.registerTool(`test_input_required_result_${name}`, config, async (context: ServerContext) => {
      const responses = responsesOf(context);
      if (Object.keys(requests).every((key) => isObject(responses[key]))) {
        return text(`state-ok ${JSON.stringify(responses)}`);
      }
      return inputRequired({
        inputRequests: requests,
        ...(hasState ? { requestState: await codec.mint({ name }, context) } : {}),
      });
    });
  }
  const config = { description: 'Needs input twice' };
  server.registerTool('test_input_required_result_multi_round', config, async (context: ServerContext) => {
    const responses = responsesOf(context);
    if (isObject(responses.step2)) return text('done');
    const requests = isObject(responses.step1)
      ? { step2: elicit('Step 2: What is your favorite color?', 'color') }
      : { step1: elicit('Step 1: What is your name?', 'name') };
    const requestState = await codec.mint({ steps: Object.keys(requests) }, context);
    return inputRequired({ inputRequests: requests, requestState });
  });
  registerByCapability(server);
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Needs input' },
    (context: ServerContext) => {
      if (!isObject(responsesOf(context).user_context)) {
        return inputRequired({
          inputRequests: { user_context: elicit('What context should the prompt use?', 'context') },
        });
      }
      return { messages: [{ role: 'user', content: { type: 'text', text: 'A prompt with context' } }] };
    },
  );
};

/** Tools that look at what the client can do before they ask for it. */
const registerByCapability = (server: Registry): void => {
  const capabilitiesOf = ({ mcpReq }: ServerContext): object =>
    (mcpReq.envelope as Readonly<Record<string, object>> | undefined)?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
  const config = { description: 'Asks for what the client can do' };
  server.registerTool('test_input_required_result_capabilities', config, (context: ServerContext) => {
    const capabilities = Object.keys(capabilitiesOf(context));
    const requests = Object.entries(CAPABILITIES).filter(([name]) => capabilities.includes(name));
    if (requests.length === 0 || Object.keys(responsesOf(context)).length > 0) return text('done');
    return inputRequired({ inputRequests: Object.fromEntries(requests) });
  });
  const needsSampling = { description: 'Needs sampling' };
  server.registerTool('test_missing_capability', needsSampling, (context: ServerContext) =>
    'capital_question' in responsesOf(context)
      ? text('done')
      : inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?') } }),
  );
  server.registerTool('test_streaming_elicitation', { description: 'Needs input' }, (context: ServerContext) =>
    'user_name' in responsesOf(context) ? text('done') : inputRequired({ inputRequests: NAME }),
  );
};
