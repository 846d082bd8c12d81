"""三审: three levels, three different people, signatures over exact bytes."""
