import { registerHooks } from 'node:module';
import { workerData } from 'node:worker_threads';

// Runs in a worker thread: the runtime interface client itself, as in Lambda, but for its native part.

const standIn = new URL('./native-client.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === './rapid-client.node' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});
await import(workerData.runtimeClient);
