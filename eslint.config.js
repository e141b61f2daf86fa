/** What the compiler does not see: promises nobody waits for, forgotten cases, time and chance in the core. */
import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const PURE = 'The core is pure: time, chance and effects are handed in.';
const effects = ['setTimeout', 'setInterval', 'setImmediate', 'performance', 'process'].map((name) => ({
  name,
  message: PURE,
}));
// What reads a clock or throws dice; taking a date apart does neither.
const clockAndChance = [
  "MemberExpression[object.name='Date'][property.name='now']",
  "NewExpression[callee.name='Date'][arguments.length=0]",
  "MemberExpression[object.name='Math'][property.name='random']",
].map((selector) => ({ selector, message: PURE }));

export default tseslint.config(
  { ignores: ['out/', 'out-*/', 'dist/', 'node_modules/', 'coverage/', 'test-results/', '.cache/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    ignores: ['**/*.d.mts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An async function without await still has the type its caller wants.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Factories close over their state; nothing here has a `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      // Foreign text is full of what these rules warn of; finding it is the job.
      'no-control-regex': 'off',
      'no-misleading-character-class': 'off',
      'no-console': 'error',
      eqeqeq: ['error', 'always'],
    },
  },
  {
    files: ['app/renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      // Handlers may be async: React ignores what they return.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  {
    files: ['app/main/core/**/*.ts', 'app/shared/domain/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...effects],
      'no-restricted-syntax': ['error', ...clockAndChance],
    },
  },
  {
    files: ['test/**/*.{ts,tsx}', 'bench/**/*.ts'],
    rules: {
      'no-console': 'off',
      // Fakes and builders bend types on purpose.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  // Parts of these run in a page, parts in Node.
  { files: ['test/**/*.cjs'], rules: { 'no-undef': 'off' } },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'URL',
          'performance',
          'Buffer',
          'fetch',
          'AbortSignal',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'module',
          'require',
          '__dirname',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    // Parts of it run in the page that it measures.
    files: ['bench/programs/window.mjs', 'bench/programs/runpage.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'window',
          'document',
          'location',
          'requestAnimationFrame',
          'cancelAnimationFrame',
          'PerformanceObserver',
          'MutationObserver',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
);
