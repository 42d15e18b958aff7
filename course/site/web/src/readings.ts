// Makes the readings' charts alive: <div class="course-chart" data-spec="…json" data-alt="…"> holds a drawing that needs
// no script; when it comes near, the chart with its sliders takes the drawing's place.

import { asset, fetchJson } from "./where";

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue;
      near.unobserve(target);
      void enliven(target);
    }
  },
  { rootMargin: "300px" },
);

async function enliven(element: HTMLElement): Promise<void> {
  const { spec: address, alt } = element.dataset;
  if (!address) return;
  try {
    const [spec, { mount }] = await Promise.all([fetchJson<object>(asset(address)), import("./chart")]);
    await mount(element, spec, alt ?? element.querySelector("svg")?.getAttribute("aria-label") ?? "");
  } catch (error) {
    console.warn("The chart stays as drawn:", error); // the drawing says the same
  }
}

function find(): void {
  for (const element of document.querySelectorAll(".course-chart[data-spec]:not([data-found])")) {
    element.setAttribute("data-found", "");
    near.observe(element);
  }
}

find();
new MutationObserver(find).observe(document.body, { childList: true, subtree: true });
