// Loads every StructureDefinition of an unpacked FHIR package into Medplum's core: {name: {loaded, elements, slices}} on standard output.
const fs = require("node:fs");
const path = require("node:path");

const [engine, folder] = process.argv.slice(2);
// The package also has a client, which asks for this class when it is loaded; Node.js has it from version 22 on.
globalThis.WebSocket ??= class {};
const { isProfileLoaded, loadDataType, parseStructureDefinition } = require(engine);
const found = {};
for (const file of fs.readdirSync(folder).sort()) {
  const definition = JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"));
  if (definition.resourceType !== "StructureDefinition") continue;
  loadDataType(definition);
  const schema = parseStructureDefinition(definition);
  found[definition.id] = {
    loaded: isProfileLoaded(definition.url),
    elements: Object.keys(schema.elements),
    slices: (schema.elements.extension?.slicing?.slices ?? []).map((slice) => slice.name),
  };
}
process.stdout.write(JSON.stringify(found));
