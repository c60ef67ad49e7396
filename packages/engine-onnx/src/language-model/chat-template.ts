import { CodedError } from "@repo/contracts/coded-error";
import type { ChatTurn } from "@repo/contracts/generate-text";
import { Template } from "@huggingface/jinja";

/** Puts a conversation into the form that a model was trained on. */
export interface ChatTemplate {
  /**
   * The conversation as text that ends where the assistant's answer begins.
   * @throws CodedError invalid_request when the template refuses the conversation, e.g. two turns of one role
   */
  render(messages: readonly ChatTurn[]): string;
}

/**
 * @param source the template in Jinja, as in tokenizer_config.json or chat_template.jinja
 * @param specials names that the template may use: bos_token, eos_token ...
 * @throws CodedError model_unavailable when it is no template
 */
export function createChatTemplate(source: string, specials: Readonly<Record<string, string>>): ChatTemplate {
  let template: Template;
  try {
    template = new Template(source);
  } catch (error) {
    throw new CodedError("model_unavailable", "The model's chat template could not be read.", { cause: error });
  }
  return {
    render(messages) {
      try {
        return template.render({ ...specials, messages: messages.map((turn) => ({ ...turn })), add_generation_prompt: true });
      } catch (error) {
        // Templates speak to callers by raise_exception ("Conversation roles must alternate ...").
        const reason = error instanceof Error ? error.message : String(error);
        throw new CodedError("invalid_request", `The model's chat template refuses the conversation: ${reason}`, { cause: error });
      }
    },
  };
}
