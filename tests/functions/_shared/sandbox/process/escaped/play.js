/** Makes every attempt, and tells of each, one JSON line, what came of it. */
export async function play(attempts) {
  for (const [name, attempt] of Object.entries(attempts)) {
    let outcome = "did";
    try {
      await attempt();
    } catch (error) {
      outcome = `refused: ${error.name} ${error.message}`.slice(0, 200);
    }
    console.log(JSON.stringify({ name, outcome }));
  }
}
