/**
 * The Content-Security-Policy of the page, the same on both hosts: files of our own, nothing inline that
 * runs, no frames, no other host. Styles may be inline, since the parts library sets some.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
