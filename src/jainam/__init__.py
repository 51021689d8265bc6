"""jainam: trade safely on Symphony XTS, the broker API of Jainam Prop."""
