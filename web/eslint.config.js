import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// The arrows of the web client: shared <- protocol <- gateway <- {identity, presence, chats} <- app.
const layers = ['shared', 'protocol', 'gateway'];
const domains = ['identity', 'presence', 'chats'];
const everything = [...layers, ...domains, 'app'];

const mayUse = {
  shared: [],
  protocol: ['shared'],
  gateway: ['shared', 'protocol'],
  ...Object.fromEntries(domains.map((domain) => [domain, layers])),
  app: everything,
};

/** One rule set per folder: which other folders its files may not import from. */
const zones = everything.map((folder) => {
  const allowed = mayUse[folder];
  const forbidden = everything.filter((other) => other !== folder && !allowed.includes(other));
  const message = `${folder} may import only ${allowed.join(', ') || 'nothing of ours'}`;
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    rules: {
      'no-restricted-imports': ['error', { patterns: forbidden.map((other) => ({ regex: `^(\\.\\./)+${other}/`, message })) }],
    },
  };
});

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'test-results', 'playwright-report'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  ...zones,
  // A describe block is one function that holds many short tests.
  { files: ['**/*.test.ts', 'e2e/**'], rules: { 'max-lines-per-function': 'off' } },
);
