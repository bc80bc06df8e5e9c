// Runs each ViewDefinition of a folder over the NDJSON of its resource type by Medplum's engine: {name: rows} on standard output.
const fs = require("node:fs");
const path = require("node:path");

const [engine, views, resources] = process.argv.slice(2);
// The package also has a client, which asks for this class when it is loaded; Node.js has it from version 22 on.
globalThis.WebSocket ??= class {};
const { evalSqlOnFhir } = require(engine);
const found = {};
for (const file of fs.readdirSync(views).sort()) {
  const view = JSON.parse(fs.readFileSync(path.join(views, file), "utf8"));
  const lines = fs.readFileSync(path.join(resources, `${view.resource}.ndjson`), "utf8").split("\n");
  found[view.name] = evalSqlOnFhir(view, lines.filter(Boolean).map(JSON.parse));
}
process.stdout.write(JSON.stringify(found));
