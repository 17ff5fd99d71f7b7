// Short answers to an observer, in the observer's language: whoever answers need not speak it.
export const PHRASES = {
  ky: ['Рахмат, кабыл алдык.', 'SMSиңизди түшүнгөн жокпуз. Форманы, участокту жана жоопторду кайра жөнөтүңүз.', 'Жакында сизге чалабыз.'],
  ru: ['Спасибо, получили.', 'Мы не поняли ваше SMS. Пришлите ещё раз: форма, участок, ответы.', 'Скоро вам позвоним.'],
  en: ['Thank you, received.', 'We could not read your SMS. Please send again: form, station, answers.', 'We will call you soon.'],
};
