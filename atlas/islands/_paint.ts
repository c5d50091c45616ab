import type { ExpressionSpecification, Map as MapLibre } from "maplibre-gl";
import type { Areas } from "./_areas";

const size = 16; // of a pattern, in px
const ratio = 2; // drawn twice as fine

/** The page's colour for an ink of the map. */
function ink(from: Element, name: string): string {
  return getComputedStyle(from).getPropertyValue(`--gd-map-${name}`).trim() || "#888888";
}

/**
 * Gives every area its shade, and those without a value their pattern. A class
 * is a state of the area; a pattern cannot be, so it has a layer of its own.
 */
export function shade(map: MapLibre, page: Element, areas: Areas, inks: Map<string, string>): void {
  const apart: Record<string, string[]> = { missing: [], suppressed: [] };
  for (const [code, row] of areas.rows) {
    apart[row.class]?.push(code);
    const state = inks.get(row.class) ?? (row.class === "zero" ? "zero" : "");
    if (state) map.setFeatureState({ source: "areas", id: code }, { shade: state });
  }
  for (const [name, codes] of Object.entries(apart)) {
    if (codes.length === 0) continue;
    map.addImage(`gd-${name}`, pattern(page, name), { pixelRatio: ratio });
    map.addLayer({
      id: name, type: "fill", source: "areas",
      filter: ["in", ["get", "code"], ["literal", codes]],
      paint: { "fill-pattern": `gd-${name}` },
    }, "borders");
  }
  recolour(map, page);
}

/** Takes the colours of the page again, as when the theme has changed. */
export function recolour(map: MapLibre, page: Element): void {
  const get = (name: string): string => ink(page, name);
  map.setPaintProperty("paper", "background-color", get("paper"));
  map.setPaintProperty("land", "fill-color", get("land"));
  map.setPaintProperty("borders", "line-color", get("line"));
  map.setPaintProperty("outline", "line-color", get("border"));
  map.setPaintProperty("pointed", "line-color", get("pointed"));
  map.setPaintProperty("names", "text-color", get("text"));
  map.setPaintProperty("names", "text-halo-color", get("paper"));
  const shades: string[] = [];
  for (const name of ["1", "2", "3", "4", "5", "6", "7", "8", "9", "zero"]) shades.push(name, get(name));
  map.setPaintProperty("areas", "fill-color", ["match", ["to-string", ["feature-state", "shade"]], ...shades, get("2")] as unknown as ExpressionSpecification);
  for (const name of ["missing", "suppressed"]) {
    if (map.hasImage(`gd-${name}`)) map.updateImage(`gd-${name}`, pattern(page, name));
  }
}

/** Draws hatching for what is missing, dots for what is confidential. */
function pattern(page: Element, name: string): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no canvas");
  const missing = name === "missing";
  pen.fillStyle = ink(page, missing ? "land" : "paper");
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = pen.fillStyle = ink(page, missing ? "hatch" : "dots");
  if (missing) {
    pen.lineWidth = 2;
    for (const at of [-size, 0, size]) {
      pen.beginPath();
      pen.moveTo(at, size);
      pen.lineTo(at + size, 0);
      pen.stroke();
    }
  } else {
    for (const [x, y] of [[4, 4], [12, 12]] as const) {
      pen.beginPath();
      pen.arc(x, y, 2, 0, 2 * Math.PI);
      pen.fill();
    }
  }
  return pen.getImageData(0, 0, size, size);
}
