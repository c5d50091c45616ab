// The worker of MapLibre GL JS, built as a file of its own.
import "maplibre-gl/dist/maplibre-gl-worker.mjs";
