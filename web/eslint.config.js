import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
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

const zones = Object.entries(mayUse).map(([folder, allowed]) => ({
  target: `./src/${folder}`,
  from: everything.filter((other) => other !== folder && !allowed.includes(other)).map((other) => `./src/${other}`),
  message: `${folder} may import only ${allowed.join(', ') || 'nothing of ours'}`,
}));

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'test-results', 'playwright-report'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'import-x': importX, 'react-hooks': reactHooks },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        { basePath: import.meta.dirname, zones: zones.filter((zone) => zone.from.length > 0) },
      ],
      'import-x/no-cycle': 'error',
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
  // A describe block is one function that holds many short tests.
  { files: ['**/*.test.ts', 'e2e/**'], rules: { 'max-lines-per-function': 'off' } },
);
