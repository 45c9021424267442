// want=ok | naive Deno Worker: holds | says every character that a border may stumble over
// deno-lint-ignore-file
export default async (_input, agent) => {
  const odd = "\u0000\u0001\u001e\u2028\u2029\ufeff\ufffe\uffff\ud800x\udc00\udbff\u200b";
  console.log(odd);
  agent.log(odd, { [odd]: odd });
  agent.output({ [odd]: odd });
  const back = await agent.call("echo", { [odd]: odd });
  return back[odd] === odd ? odd : { breach: "it came back changed" };
};
