import type { IncomingMessage, ServerResponse } from 'node:http';
import { messagePage } from './pages.ts';

const MAX_FORM_BYTES = 4096;

export const readForm = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) if (text.length <= MAX_FORM_BYTES) text += String(chunk);
  return text;
};

export const send = (response: ServerResponse, status: number, html: string): void => {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    })
    .end(html);
};

export const sendPage = (response: ServerResponse, status: number, title: string, text: string): void =>
  send(response, status, messagePage(title, text));

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
};
