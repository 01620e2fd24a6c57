const error = new Error('left out on purpose: msgpackr uses its plain JavaScript');
error.code = 'MODULE_NOT_FOUND';
throw error;
