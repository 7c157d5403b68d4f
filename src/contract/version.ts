/** semver 2.0.0, without leading zeros: major, minor, patch, pre-release. Build metadata is not compared (§10). */
const pattern =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([\da-z-]+(?:\.[\da-z-]+)*))?(?:\+[\da-z.-]+)?$/i;

export function isVersion(version: unknown): version is string {
  return typeof version === 'string' && pattern.test(version);
}

/**
 * Whether two versions can talk: by the caret rule both must have one major version (for `0.y` the minor, for `0.0.z`
 * the patch, counts as the major), and pre-releases must be equal.
 */
export function compatible(a: string, b: string): boolean {
  const [one, two] = [pattern.exec(a), pattern.exec(b)];
  return !!one && !!two && line(one) === line(two) && one[4] === two[4];
}

/** The line of versions that stay compatible: `1`, `0.2` or `0.0.3`. */
function line([, major, minor, patch]: RegExpExecArray): string {
  if (major !== '0') return `${major}`;
  return minor === '0' ? `0.0.${patch}` : `0.${minor}`;
}
