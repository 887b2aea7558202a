"""One file per carrier: what it charges, how its labels are numbered. Pure; whoever has a database asks it for us."""
