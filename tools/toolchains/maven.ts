import { join } from 'node:path';
import { installOnce } from './install.ts';

const projectWith = (artifacts: readonly string[]): string => {
  const dependencies = artifacts.map((artifact) => {
    const [groupId, artifactId, version] = artifact.split(':');
    return `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>driver</groupId><artifactId>driver</artifactId><version>1</version>
<dependencies>${dependencies.join('\n')}</dependencies>
</project>
`;
};

/**
 * Fetches artifacts of Maven Central and all that they need, unless the folder holds them already.
 *
 * @param artifacts such as `io.modelcontextprotocol.sdk:mcp:2.1.0`
 * @returns the class path
 * @throws MissingToolError when Java or Maven is missing, or an artifact cannot be fetched
 */
export const installMavenArtifacts = async (folder: string, artifacts: readonly string[]): Promise<string> => {
  await installOnce({
    folder,
    contents: artifacts.join('\n'),
    files: { 'pom.xml': projectWith(artifacts) },
    commands: [
      ['java', '-version'],
      ['mvn', '--quiet', '--batch-mode', 'dependency:copy-dependencies', '-DoutputDirectory=lib'],
    ],
  });
  return join(folder, 'lib/*');
};
