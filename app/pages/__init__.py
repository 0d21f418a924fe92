"""The Streamlit pages, one wing a page."""
