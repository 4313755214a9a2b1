// Loaded before anything else, and by any Node: the app itself is TypeScript, which an old one cannot even read.
const REQUIRED_MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) < REQUIRED_MAJOR) {
  console.error(
    `Gatehouse needs Node ${REQUIRED_MAJOR} or newer, and this is ${process.version}.\n` +
      'Run `npm ci` in this folder (it brings the right Node along), then use `npx cdk …` or the npm scripts.',
  );
  process.exit(1);
}
