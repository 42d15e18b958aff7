// The course's elements. Each is fetched when a page has one, so a page without exercises stays light.

import "./course.css";

const elements: Record<string, () => Promise<CustomElementConstructor>> = {
  "course-exercise": async () => (await import("./exercise")).CourseExercise,
  "course-quiz": async () => (await import("./quiz")).CourseQuiz,
  "course-memo": async () => (await import("./memo")).CourseMemo,
  "course-progress": async () => (await import("./progress")).CourseProgress,
  "course-downloads": async () => (await import("./downloads")).CourseDownloads,
};

const asked = new Set<string>();

async function define(name: string, load: () => Promise<CustomElementConstructor>): Promise<void> {
  asked.add(name);
  customElements.define(name, await load());
}

function look(): void {
  for (const [name, load] of Object.entries(elements)) {
    if (!asked.has(name) && document.querySelector(name)) void define(name, load);
  }
  if (!asked.has("readings") && document.querySelector(".course-chart[data-spec]")) {
    asked.add("readings");
    void import("./readings");
  }
}

look();
// Going from page to page swaps parts of the document without loading it anew.
new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
