// Reads cards as JSON from standard input, one a line; prints what adaptivecards finds wrong with each.
const { AdaptiveCard, SerializationContext, Version } = require("adaptivecards/dist/adaptivecards.js");

const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  const context = new SerializationContext(Version.v1_4);
  const card = new AdaptiveCard();
  card.parse(JSON.parse(line), context);
  const found = card.validateProperties().validationEvents.map((event) => event.message);
  for (let i = 0; i < context.eventCount; i++) found.push(context.getEventAt(i).message);
  console.log(JSON.stringify({ found, items: card.getItemCount() }));
}
