"""What the policies say: reads a document, finds its clauses, decides the verdict, words the answer."""
