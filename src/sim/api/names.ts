/**
 * The rules for names, labels and ports (kubernetes-behaviour.md 7.2). Every function returns what is wrong with a text in
 * the words of the API server, and nothing when it is right. Lengths are bytes, and all that is allowed is ASCII.
 */

const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_SUBDOMAIN = `${DNS_LABEL}(\\.${DNS_LABEL})*`;
const DNS_1035_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const PERCENT = '[0-9]+%';

const DNS_LABEL_PATTERN = new RegExp(`^${DNS_LABEL}$`);
const DNS_1035_PATTERN = new RegExp(`^${DNS_1035_LABEL}$`);
const QUALIFIED_PATTERN = new RegExp(`^${QUALIFIED}$`);
const CONFIG_KEY_PATTERN = new RegExp(`^${CONFIG_KEY}$`);

function pattern(rule: string, expression: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return examples.length === 0
    ? `${rule} (regex used for validation is '${expression}')`
    : `${rule} (e.g. ${shown}regex used for validation is '${expression}')`;
}

/** The API server says characters where older rules apply and bytes where newer ones do; it counts bytes in both. */
function tooLong(limit: number, unit: 'bytes' | 'characters' = 'characters'): string {
  return `must be no more than ${limit} ${unit}`;
}

/** Bytes in UTF-8, since Kubernetes counts those. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Two units of a surrogate pair are four bytes, so two each.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/** Namespaces, containers, volumes, Services. */
export function dnsLabelProblems(text: string): string[] {
  const problems: string[] = [];
  if (byteLength(text) > 63) problems.push(tooLong(63));
  if (!DNS_LABEL_PATTERN.test(text)) {
    const rule =
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
    problems.push(isDnsSubdomain(text) ? 'must not contain dots' : pattern(rule, DNS_LABEL, 'my-name', '123-abc'));
  }
  return problems;
}

/** Checked label by label: one expression for the whole would be slow on hostile input. */
function isDnsSubdomain(text: string): boolean {
  return text.split('.').every((label) => DNS_LABEL_PATTERN.test(label));
}

/** Names of most objects. */
export function dnsSubdomainProblems(text: string, unit: 'bytes' | 'characters' = 'characters'): string[] {
  const problems: string[] = [];
  if (byteLength(text) > 253) problems.push(tooLong(253, unit));
  if (!isDnsSubdomain(text)) {
    const rule =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    problems.push(pattern(rule, DNS_SUBDOMAIN, 'example.com'));
  }
  return problems;
}

/** Labels that must begin with a letter, as Service names had to until v1.36. */
export function dns1035LabelProblems(text: string): string[] {
  const problems: string[] = [];
  if (byteLength(text) > 63) problems.push(tooLong(63));
  if (!DNS_1035_PATTERN.test(text)) {
    const rule =
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
    problems.push(pattern(rule, DNS_1035_LABEL, 'my-name', 'abc-123'));
  }
  return problems;
}

const QUALIFIED_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** Keys of labels and annotations, names of resources, finalizers: an optional DNS prefix and a name. */
export function labelKeyProblems(text: string): string[] {
  const slash = text.indexOf('/');
  const example = pattern(QUALIFIED_RULE, QUALIFIED, 'MyName', 'my.name', '123-abc');
  if (slash >= 0 && text.includes('/', slash + 1)) {
    return [`a valid label key ${example} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const problems: string[] = [];
  const name = text.slice(slash + 1);
  if (slash === 0) problems.push('prefix part must be non-empty');
  if (slash > 0)
    for (const problem of dnsSubdomainProblems(text.slice(0, slash), 'bytes')) problems.push(`prefix part ${problem}`);
  if (name === '') problems.push('name part must be non-empty');
  else if (byteLength(name) > 63) problems.push(`name part ${tooLong(63, 'bytes')}`);
  if (!QUALIFIED_PATTERN.test(name)) problems.push(`name part ${example}`);
  return problems;
}

export function labelValueProblems(text: string): string[] {
  const problems: string[] = [];
  if (byteLength(text) > 63) problems.push(tooLong(63, 'bytes'));
  if (text !== '' && !QUALIFIED_PATTERN.test(text)) {
    const rule = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`;
    problems.push(pattern(rule, `(${QUALIFIED})?`, 'MyValue', 'my_value', '12345'));
  }
  return problems;
}

/** Names of container ports: IANA service names. */
export function portNameProblems(text: string): string[] {
  const problems: string[] = [];
  if (byteLength(text) > 15) problems.push(tooLong(15));
  if (!/^[-a-z0-9]+$/.test(text)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)');
  if (text.includes('--')) problems.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

/** Names of environment variables: any printable ASCII but the equals sign, since v1.34. */
export function envNameProblems(text: string): string[] {
  return /^[ -<>-~]*$/.test(text)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** Keys in a ConfigMap's or Secret's data. */
export function configKeyProblems(text: string): string[] {
  const problems: string[] = [];
  if (byteLength(text) > 253) problems.push(tooLong(253));
  if (!CONFIG_KEY_PATTERN.test(text)) {
    const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    problems.push(pattern(rule, CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name'));
  } else if (text === '.') problems.push("must not be '.'");
  else if (text === '..') problems.push("must not be '..'");
  else if (text.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

export function percentProblems(text: string): string[] {
  return /^[0-9]+%$/.test(text)
    ? []
    : [pattern("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, '1%', '93%')];
}

export function portNumberProblems(port: number): string[] {
  return port >= 1 && port <= 65_535 ? [] : ['must be between 1 and 65535, inclusive'];
}

/** The prefix of a generated name may end in a dash: what is appended makes it whole. */
export function withoutTrailingDash(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith('-') ? prefix.slice(0, -2) + 'a' : prefix;
}
