/** A client that others wrote, at a pinned version of its package index. */
export interface RealClient {
  readonly name: string;
  readonly version: string;
  readonly environment: 'python' | 'npm' | 'go' | 'rust' | 'java';
  /** What is installed, in the words of the index. */
  readonly packages: readonly string[];
  /** The program in drivers/ that stands for a host application of this client. */
  readonly driver: string;
  /** Path below `node_modules` of a script that links the program of the package. */
  readonly setUp?: string;
  /**
   * Whether it calls tools without a language model. If not, it only connects.
   *
   * @default true
   */
  readonly callsTools?: boolean;
}

const python = (name: string, version: string, driver: string, further: readonly string[] = []): RealClient => ({
  name,
  version,
  environment: 'python',
  packages: [`${name}==${version}`, ...further],
  driver,
});

const npm = (name: string, version: string, driver: string, further: readonly string[] = []): RealClient => ({
  name,
  version,
  environment: 'npm',
  packages: [`${name}@${version}`, ...further],
  driver,
});

/** Crates that an application needs beside the SDK. */
const RUST_RUNTIME = [
  'tokio@=1.54.1 --features rt-multi-thread,macros,net,io-std,io-util',
  'serde_json@=1.0.154',
  'reqwest@=0.13.5 --no-default-features',
];

export const CLIENTS: readonly RealClient[] = [
  // This version uses an inner function of pydantic, which 2.12 removed.
  python('mcp', '1.12.4', 'mcp_sdk.py', ['pydantic==2.11.7']),
  python('mcp', '1.25.0', 'mcp_sdk.py'),
  python('mcp', '1.30.0', 'mcp_sdk.py'),
  python('mcp', '2.3.0', 'mcp_sdk.py'),
  python('fastmcp', '2.14.7', 'fastmcp_client.py'),
  python('fastmcp', '3.4.11', 'fastmcp_client.py'),
  python('fastmcp', '4.2.3', 'fastmcp_client.py'),
  python('langchain-mcp-adapters', '0.3.2', 'langchain_adapters.py', ['mcp==1.30.0']),
  npm('@modelcontextprotocol/sdk', '1.13.3', 'typescript-sdk.mjs'),
  npm('@modelcontextprotocol/sdk', '1.22.0', 'typescript-sdk.mjs'),
  npm('@modelcontextprotocol/sdk', '1.29.0', 'typescript-sdk.mjs'),
  npm('@ai-sdk/mcp', '2.0.99', 'ai-sdk.mjs'),
  {
    name: 'Go SDK',
    version: '1.8.0',
    environment: 'go',
    packages: ['github.com/modelcontextprotocol/go-sdk@v1.8.0'],
    driver: 'go_sdk.go',
  },
  {
    name: 'rmcp',
    version: '3.11.0',
    environment: 'rust',
    packages: [
      'rmcp@=3.11.0 --no-default-features --features client,auth,reqwest,transport-streamable-http-client-reqwest',
      ...RUST_RUNTIME,
    ],
    driver: 'rmcp.rs',
  },
  {
    name: 'Java SDK',
    version: '2.1.0',
    environment: 'java',
    packages: ['io.modelcontextprotocol.sdk:mcp:2.1.0', 'com.nimbusds:oauth2-oidc-sdk:11.30'],
    driver: 'java_sdk.java',
  },
  npm('@openai/codex', '0.171.0', 'codex.mjs'),
  npm('@google/gemini-cli-core', '0.61.0', 'gemini-cli-core.mjs'),
  {
    ...npm('@anthropic-ai/claude-code', '2.1.332', 'claude-code.mjs'),
    setUp: '@anthropic-ai/claude-code/install.cjs',
    callsTools: false,
  },
  { ...npm('opencode-ai', '1.18.33', 'opencode.mjs'), setUp: 'opencode-ai/postinstall.mjs', callsTools: false },
];
