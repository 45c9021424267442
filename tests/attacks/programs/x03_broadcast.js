// want=refused run=pair-par | naive Deno Worker: breaches | talks to another tenant
// deno-lint-ignore-file
export default async ({ role }) => {
  const channel = new BroadcastChannel("meeting");
  const heard = new Promise((resolve) => {
    channel.onmessage = ({ data }) => resolve(data);
    setTimeout(resolve, 300);
  });
  const timer = setInterval(() => channel.postMessage("from " + role), 20);
  const words = await heard;
  clearInterval(timer);
  channel.close();
  return words ? { breach: words } : "silence";
};
