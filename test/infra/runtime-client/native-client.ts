import { request } from 'node:http';

// Stands in for `rapid-client.node`, the part of the runtime interface client that its installation would compile. It
// only sends results. The client fetches invocations itself, with a client of its own that one variable switches on.

const post = (path: string, body: string): void => {
  const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
  request({ hostname, port, path: `/2018-06-01/runtime/invocation/${path}`, method: 'POST' })
    .on('error', () => {})
    .end(body);
};

export const done = (id: string, response: string): void => post(`${id}/response`, response);

export const error = (id: string, response: string): void => post(`${id}/error`, response);
