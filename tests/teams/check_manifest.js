// Reads a manifest from standard input; prints what Microsoft's schema of its version finds wrong.
const Ajv = require("ajv-draft-04").default;
const formats = require("ajv-formats").default;

const manifest = JSON.parse(require("fs").readFileSync(0, "utf8"));
const folder = `@microsoft/app-manifest/build/json-schemas/teams/v${manifest.manifestVersion}`;
const schema = require(`${folder}/MicrosoftTeams.schema.json`);
const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);
ajv.validate(schema, manifest);
console.log(JSON.stringify((ajv.errors || []).map((error) => `${error.instancePath} ${error.message}`)));
