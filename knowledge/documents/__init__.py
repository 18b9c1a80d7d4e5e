"""Documents: TXT, Markdown, HTML, DOCX and PDF, each read into the same paragraphs; one file a format."""
