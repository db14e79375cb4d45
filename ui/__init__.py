"""The page: Streamlit views of the API. It talks HTTP and imports nothing of the coach."""
