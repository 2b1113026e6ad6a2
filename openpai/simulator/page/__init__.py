"""The report as one HTML file: tables, and charts as inline SVG. It needs nothing from anywhere."""
