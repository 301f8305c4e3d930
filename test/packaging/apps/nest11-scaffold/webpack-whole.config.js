/** Bundles the packages, too: all but what Nest looks for and does without, and a library with native parts. */
module.exports = (options) => ({
  ...options,
  externalsType: 'commonjs',
  externals: [/^@nestjs\/(microservices|websockets)/, /^class-(validator|transformer)/, 'libsql'],
});
