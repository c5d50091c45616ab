import { Map as MapLibre, NavigationControl, Popup, setWorkerUrl } from "maplibre-gl";
import type { IControl, LngLatBoundsLike, StyleSpecification } from "maplibre-gl";
import { assetURL, stylesheet } from "../../internal/web/ui/asset";
import { Island, define, make } from "../../internal/web/ui/island";
import { Areas, type Figure } from "./_areas";
import { recolour, shade } from "./_paint";

/** A rectangle in degrees: west, south, east, north. */
type Box = [number, number, number, number];

interface Feature {
  properties: { code: string; name: string; name_en: string };
  geometry: { coordinates: unknown };
}

/**
 * <gongdao-map data-style> over a finished drawing. It shows the same areas with
 * MapLibre, coloured by the page's variables. What each area is called, its
 * value and its class come from the table data-table (and data-classes), or
 * from the figure at data-figure, which also has the words the page does not
 * give as data-t-*. Choosing a row of the table points the area out, and
 * choosing an area finds its row. Without data-style the drawing stays.
 */
class GongdaoMap extends Island {
  private map: MapLibre | undefined;
  private canvas = make("div", "gd-map-canvas");
  private toggle = make("button", "gd-link-button gd-map-toggle");
  private popup: Popup | undefined;
  private boxes = new Map<string, Box>();
  private names = new Map<string, string>();
  private words: Record<string, string> = {};
  private pointed = "";

  protected async start(): Promise<void> {
    if (!this.dataset["style"]) return;
    const drawing = this.firstElementChild;
    if (!(drawing instanceof HTMLElement)) throw new Error("needs a drawing");
    const height = await this.seen(drawing);
    const [style, figure] = await Promise.all([
      this.styled(),
      this.dataset["figure"] ? this.json<Figure>(this.dataset["figure"]) : undefined,
      stylesheet("islands/map.css"),
    ]);
    this.words = figure?.words ?? {};
    setWorkerUrl(assetURL("islands/maplibre.worker.js"));
    this.canvas.style.height = `${Math.round(Math.min(Math.max(height, 320), window.innerHeight * 0.8))}px`;
    this.append(this.canvas);
    this.signal.addEventListener("abort", () => this.end(drawing), { once: true });
    try {
      await this.open(style, this.areas(figure), figure);
    } catch (cause) {
      this.end(drawing);
      throw cause;
    }
    this.toggles(drawing);
  }

  protected override text(name: string, parts: Record<string, string | number> = {}): string {
    return super.text(name, parts) || this.words[name] || "";
  }

  private areas(figure: Figure | undefined): Areas {
    const areas = new Areas();
    const table = document.querySelector(`#${this.dataset["table"] || "areas table"}`);
    if (table instanceof HTMLTableElement) areas.read(table, figure, this.signal);
    else if (figure) areas.take(figure, this.names);
    return areas;
  }

  /** Resolves with the height of the drawing once it is on the screen. */
  private seen(drawing: HTMLElement): Promise<number> {
    return new Promise((resolve) => {
      const watch = new IntersectionObserver((entries) => {
        if (!entries.some((e) => e.isIntersecting)) return;
        watch.disconnect();
        resolve(drawing.clientHeight);
      }, { rootMargin: "200px" });
      watch.observe(drawing);
      this.signal.addEventListener("abort", () => watch.disconnect(), { once: true });
    });
  }

  private async json<T>(url: string | undefined): Promise<T> {
    const answer = await fetch(url ?? "", { signal: this.signal });
    if (!answer.ok) throw new Error(`${url}: status ${answer.status}`);
    return await answer.json() as T;
  }

  /**
   * The style with its data already in it: a worker may not be allowed to fetch.
   * Names are in the page's language.
   */
  private async styled(): Promise<StyleSpecification> {
    const style = await this.json<StyleSpecification>(this.dataset["style"]);
    await Promise.all(Object.values(style.sources).map(async (source) => {
      if (source.type === "geojson" && typeof source.data === "string") source.data = await this.json<Exclude<typeof source.data, string>>(source.data);
    }));
    const areas = style.sources["areas"];
    if (areas?.type !== "geojson") throw new Error("the style has no areas");
    for (const f of (areas.data as unknown as { features: Feature[] }).features) {
      this.boxes.set(f.properties.code, boxOf(f.geometry.coordinates));
      this.names.set(f.properties.code, (english() && f.properties.name_en) || f.properties.name);
    }
    for (const layer of style.layers) {
      if (layer.type === "symbol" && english()) {
        layer.layout = { ...layer.layout, "text-field": ["coalesce", ["get", "name_en"], ["get", "name"]] };
      }
    }
    return style;
  }

  private open(style: StyleSpecification, areas: Areas, figure: Figure | undefined): Promise<void> {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = (this.map = new MapLibre({
      container: this.canvas, style, bounds: this.first(style), fitBoundsOptions: { padding: 16, animate: false },
      attributionControl: false, cooperativeGestures: true, dragRotate: false, pitchWithRotate: false, touchPitch: false,
      reduceMotion: calm, fadeDuration: 0, maxZoom: 15, minZoom: 4, renderWorldCopies: false,
      locale: {
        "Map.Title": this.text("label"), "Popup.Close": this.text("close"),
        "NavigationControl.ZoomIn": this.text("zoom-in"), "NavigationControl.ZoomOut": this.text("zoom-out"),
        "CooperativeGesturesHandler.WindowsHelpText": this.text("wheel"), "CooperativeGesturesHandler.MacHelpText": this.text("wheel-mac"),
        "CooperativeGesturesHandler.MobileHelpText": this.text("fingers"),
      },
    }));
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new WholeButton(this.text("whole"), () => this.frame(this.whole())), "top-right");
    return new Promise((resolve, reject) => {
      map.once("error", (e) => reject(e.error));
      map.once("load", () => {
        this.dress(map, areas, figure);
        map.once("idle", () => resolve());
      });
    });
  }

  /** Colours the areas by their classes and listens for choices. */
  private dress(map: MapLibre, areas: Areas, figure: Figure | undefined): void {
    const given = (this.dataset["classes"] ?? "").split(" ").map((pair) => pair.split(":") as [string, string]);
    const inks = new Map(figure ? figure.classes.shades.map((s, i) => [`c${i}`, s] as [string, string]) : given);
    shade(map, this, areas, inks);
    const again = (): void => recolour(map, this);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again, { signal: this.signal });
    const watch = new MutationObserver(again);
    watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.signal.addEventListener("abort", () => watch.disconnect(), { once: true });
    map.on("click", "areas", (e) => {
      const code = e.features?.[0]?.properties["code"];
      if (typeof code === "string") this.point(areas, code, [e.lngLat.lng, e.lngLat.lat]);
    });
    map.on("mousemove", "areas", () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", "areas", () => { map.getCanvas().style.cursor = ""; });
    areas.onChoice = (code) => this.point(areas, code);
    if (this.dataset["point"]) this.point(areas, this.dataset["point"]);
  }

  /** Points an area out: on the map, in the table, and in words. */
  private point(areas: Areas, code: string, at?: [number, number]): void {
    const map = this.map;
    const box = this.boxes.get(code);
    if (!map || !box) return;
    if (this.pointed) map.setFeatureState({ source: "areas", id: this.pointed }, { pointed: false });
    this.pointed = code;
    map.setFeatureState({ source: "areas", id: code }, { pointed: true });
    const row = areas.choose(code, at === undefined);
    const words = make("div", "gd-map-popup");
    words.append(make("strong", "", row?.name ?? this.names.get(code) ?? code), document.createTextNode(row?.value ?? this.text("unknown")));
    this.popup?.remove();
    this.popup = new Popup({ maxWidth: "18rem", focusAfterOpen: false })
      .setLngLat(at ?? [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
      .setDOMContent(words)
      .addTo(map);
    if (!at) this.frame([[box[0], box[1]], [box[2], box[3]]], 60);
  }

  private frame(bounds: LngLatBoundsLike, padding = 16): void {
    this.map?.fitBounds(bounds, { padding, maxZoom: 13 });
  }

  /** What is shown first: what the style asks for, or everything. */
  private first(style: StyleSpecification): LngLatBoundsLike {
    const bounds = (style.metadata as { "gongdao:bounds"?: LngLatBoundsLike } | undefined)?.["gongdao:bounds"];
    return bounds ?? this.whole();
  }

  private whole(): LngLatBoundsLike {
    const all: Box = [180, 90, -180, -90];
    for (const b of this.boxes.values()) widen(all, b);
    return [[all[0], all[1]], [all[2], all[3]]];
  }

  private toggles(drawing: HTMLElement): void {
    const show = (still: boolean): void => {
      drawing.hidden = !still;
      this.canvas.hidden = still;
      this.toggle.textContent = this.text(still ? "interactive" : "drawing");
      if (!still) this.map?.resize();
    };
    this.toggle.type = "button";
    this.toggle.addEventListener("click", () => show(drawing.hidden !== false), { signal: this.signal });
    this.append(this.toggle);
    show(false);
  }

  private end(drawing: HTMLElement): void {
    this.map?.remove();
    this.map = undefined;
    this.canvas.remove();
    this.toggle.remove();
    drawing.hidden = false;
  }
}

/** A button beside the zoom that shows all areas again. */
class WholeButton implements IControl {
  private box = make("div", "maplibregl-ctrl maplibregl-ctrl-group");

  constructor(text: string, act: () => void) {
    const button = make("button", "gd-map-whole", text);
    button.type = "button";
    button.addEventListener("click", act);
    this.box.append(button);
  }

  onAdd(): HTMLElement {
    return this.box;
  }

  onRemove(): void {
    this.box.remove();
  }
}

function english(): boolean {
  return document.documentElement.lang === "en";
}

function widen(all: Box, b: Box): void {
  all[0] = Math.min(all[0], b[0]);
  all[1] = Math.min(all[1], b[1]);
  all[2] = Math.max(all[2], b[2]);
  all[3] = Math.max(all[3], b[3]);
}

/** The rectangle round coordinates of any depth. */
function boxOf(coordinates: unknown): Box {
  const box: Box = [180, 90, -180, -90];
  const walk = (c: unknown): void => {
    if (!Array.isArray(c)) return;
    const [x, y] = c as unknown[];
    if (typeof x === "number" && typeof y === "number") widen(box, [x, y, x, y]);
    else c.forEach(walk);
  };
  walk(coordinates);
  return box;
}

define("gongdao-map", GongdaoMap);
