// In place of @fastify/static, which requires an ES module: Jest cannot do that before Node 24. Mercurius serves GraphiQL with it, which tests leave off.
module.exports = async () => undefined;
