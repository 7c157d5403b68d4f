// React is published as CommonJS alone: the runner serves this file as one module (web-test-runner.config.mjs).
export { Activity, createElement, StrictMode, useEffect, useRef } from 'react';
export { flushSync } from 'react-dom';
export { createRoot, hydrateRoot, type Root } from 'react-dom/client';
export { renderToString } from 'react-dom/server';
