"""What every stage needs from central: work, claims, numbers, codes, undo, print jobs."""
