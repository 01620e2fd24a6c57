import tseslint from 'typescript-eslint';

/** Everything of Math that is not exactly specified, or differs between engines and versions (docs/decisions/0002). */
const INEXACT_MATH = [
  'random',
  'pow',
  'log',
  'log2',
  'log10',
  'log1p',
  'exp',
  'expm1',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'atan2',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'cbrt',
  'hypot',
];

/** What depends on the moment, the machine, the locale or the garbage collector. */
const AMBIENT_GLOBALS = [
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'crypto',
  'fetch',
  'process',
  'Intl',
  'WeakRef',
  'FinalizationRegistry',
  'Atomics',
  'SharedArrayBuffer',
  'Promise',
];

export default tseslint.config(
  {
    ignores: [
      'eslint.config.mjs',
      'dist',
      'node_modules',
      'reports',
      'coverage',
      'test/fixtures/lint',
      'tools/no-native',
    ],
  },
  ...tseslint.configs.recommended,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['assets/*.js'] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/sim/**/*.ts', 'src/policies/**/*.ts'],
    ignores: ['**/*.test.ts', 'src/sim/policy-api/testing.ts', 'src/sim/policy-api/testing/**'],
    rules: {
      'no-restricted-globals': ['error', ...AMBIENT_GLOBALS],
      'no-restricted-properties': [
        'error',
        ...INEXACT_MATH.map((property) => ({
          object: 'Math',
          property,
          message: 'Not the same bits everywhere: use src/sim/engine/dmath.ts.',
        })),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'BinaryExpression[operator="**"]:not([left.value=2])',
          message: 'Math.pow differs between Node versions: multiply, or use dmath.',
        },
        { selector: 'AssignmentExpression[operator="**="]', message: 'Math.pow differs between Node versions.' },
        { selector: 'ForInStatement', message: 'The order of for..in is no order: use Map, or sorted keys.' },
        { selector: 'AwaitExpression', message: 'The simulation is synchronous.' },
        { selector: ':function[async=true]', message: 'The simulation is synchronous.' },
        {
          selector: 'CallExpression[callee.property.name=/^(localeCompare|toLocale.*|normalize)$/]',
          message: 'Depends on the locale or the Unicode version: compare code units.',
        },
        { selector: 'ImportDeclaration[source.value=/^node:/]', message: 'No ambient world in the simulation.' },
      ],
    },
  },
  {
    files: ['src/cli/**/*.ts', 'bench/**/*.ts', 'tools/**/*.ts', '**/*.test.ts'],
    rules: { 'no-console': 'off' },
  },
);
