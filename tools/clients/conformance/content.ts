import * as z from 'zod';

// Tools, resources and prompts that the scenarios name and that are alike in every revision of MCP. The runner's
// descriptions of its scenarios say what each must return.

/** A PNG of one pixel, and a WAV file without a sample. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

export const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

const image = { type: 'image', data: PNG, mimeType: 'image/png' };
const embedded = (uri: string, mimeType: string, value: string) => ({
  type: 'resource',
  resource: { uri, mimeType, text: value },
});

const RESULTS = {
  test_simple_text: text('This is a simple text response for testing.'),
  test_image_content: { content: [image] },
  test_audio_content: { content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] },
  test_embedded_resource: {
    content: [embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  },
  test_multiple_content_types: {
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      image,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  },
};

const RESOURCES = {
  'test://static-text': { mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  'test://static-binary': { mimeType: 'image/png', blob: PNG },
  'test://watched-resource': { mimeType: 'text/plain', text: 'Watched resource content' },
};

const user = (...content: unknown[]) => ({ messages: content.map((part) => ({ role: 'user', content: part })) });
const part = (value: string) => ({ type: 'text', text: value });

type Completable = (schema: z.ZodString, complete: () => string[]) => unknown;

/** What both SDKs offer under these names, as far as this server uses it. */
export interface Registry {
  registerTool(name: string, config: object, call: (args: never, extra: never) => unknown): unknown;
  registerResource(name: string, uri: unknown, config: object, read: (uri: URL, variables: never) => unknown): unknown;
  registerPrompt(name: string, config: object, get: (args: never, extra: never) => unknown): unknown;
}

/**
 * Registers what does not depend on the revision.
 *
 * @param template the SDK's ResourceTemplate for `test://template/{id}/data`
 * @param completable the SDK's function that adds completion to an argument of a prompt
 * @param argsSchemaOf makes of a shape what the SDK takes as the arguments of a prompt
 */
export const registerContent = (
  server: Registry,
  template: unknown,
  completable: Completable,
  argsSchemaOf: (shape: z.ZodRawShape) => unknown,
): void => {
  for (const [name, result] of Object.entries(RESULTS)) {
    server.registerTool(name, { description: `Returns fixed content: ${name}` }, () => result);
  }
  server.registerTool('test_error_handling', { description: 'Always fails' }, () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  for (const [uri, content] of Object.entries(RESOURCES)) {
    const description = `The resource ${uri}`;
    const config = { description, mimeType: content.mimeType };
    server.registerResource(uri.slice('test://'.length), uri, config, () => ({ contents: [{ uri, ...content }] }));
  }
  const json = { description: 'Data of one id', mimeType: 'application/json' };
  server.registerResource('template', template, json, (uri: URL, { id }: { id: string }) => ({
    contents: [
      {
        uri: uri.href,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      },
    ],
  }));
  registerPrompts(server, completable, argsSchemaOf);
};

const registerPrompts = (
  server: Registry,
  completable: Completable,
  argsSchemaOf: (shape: z.ZodRawShape) => unknown,
): void => {
  server.registerPrompt('test_simple_prompt', { description: 'A prompt without arguments' }, () =>
    user(part('This is a simple prompt for testing.')),
  );
  const argsSchema = { arg1: completable(z.string(), () => ['paris', 'park', 'party']), arg2: z.string() };
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'A prompt with two arguments', argsSchema: argsSchemaOf(argsSchema as z.ZodRawShape) },
    ({ arg1, arg2 }: { arg1: string; arg2: string }) =>
      user(part(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'A prompt with a resource', argsSchema: argsSchemaOf({ resourceUri: z.string() }) },
    ({ resourceUri }: { resourceUri: string }) =>
      user(
        embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
        part('Please process the embedded resource above.'),
      ),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'A prompt with an image' }, () =>
    user(image, part('Please analyze the image above.')),
  );
};
