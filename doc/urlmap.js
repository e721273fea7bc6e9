// SPDX-License-Identifier: LGPL-2.1-or-later

// The one file of ours that gi-docgen has in the head of every page.
document.head.append(Object.assign(document.createElement('link'), {
  rel: 'stylesheet',
  href: 'pages.css',
}));

baseURLs = [
  ['GLib', 'https://docs.gtk.org/glib/'],
  ['GObject', 'https://docs.gtk.org/gobject/'],
  ['Gio', 'https://docs.gtk.org/gio/'],
]
