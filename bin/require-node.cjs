// Runs first, on any version of Node. The app is TypeScript, which older versions cannot run.
const REQUIRED_MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) < REQUIRED_MAJOR) {
  console.error(
    `Gatehouse needs Node ${REQUIRED_MAJOR} or newer, and this is ${process.version}.\n` +
      'Run `npm ci` in this folder, which installs the right version. Then use `npx cdk …` or the npm scripts.',
  );
  process.exit(1);
}
