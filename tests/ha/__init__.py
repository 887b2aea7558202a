"""Parts of the trial of high availability (`make ha`, bench/ha); the trial itself takes minutes: not played here."""
